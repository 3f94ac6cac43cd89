"""The pages people see: written on the server, readable without scripts, in English and French."""
