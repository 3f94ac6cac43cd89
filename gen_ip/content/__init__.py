"""Content off chain: identifiers, stores and a certificate's metadata."""
