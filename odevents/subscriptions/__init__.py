"""What makes events flow, and how we know that they do."""
