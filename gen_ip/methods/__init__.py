"""The methods of the client, a file for every part of them; `gen_ip.client.GenIP` has them all."""
