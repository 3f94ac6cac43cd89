"""LoRAs to measure with: trained here, or made in the shapes of models in use; and their edits."""
