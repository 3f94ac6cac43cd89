"""The whole story on a local chain, from a picture to money in wallets, checked to the wei."""
