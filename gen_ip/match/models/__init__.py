"""Models found again: by their tensors, and by what their modules do."""
