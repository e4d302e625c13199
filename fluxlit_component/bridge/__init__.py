"""The server's side of the bridge to the browser tab: what is offered, what is answered, how to wait."""
