"""What the tools that made a work wrote into its file; see `gen_ip.generation.reading`."""
