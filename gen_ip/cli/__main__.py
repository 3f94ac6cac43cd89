"""`python -m gen_ip.cli`, where the `gen-ip` script is not on the path."""

from gen_ip.cli import main

if __name__ == "__main__":
    main()
