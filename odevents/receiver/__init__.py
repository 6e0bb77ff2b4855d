"""The public webhook. It never calls Open Dental, and answers 200 only for what is durably kept."""
