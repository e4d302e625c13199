"""Work that outlives F5: answers that are typed and jobs that run in threads, followed from any page load."""
