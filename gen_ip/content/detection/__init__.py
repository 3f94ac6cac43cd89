"""What a file is, by its bytes; see `gen_ip.content.detection.detect`."""
