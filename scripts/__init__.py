"""What is run beside the program: packaging and pictures. Nothing here is installed."""
