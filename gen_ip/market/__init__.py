"""The market: offers, what filling them takes and costs, deliveries and money held for them."""
