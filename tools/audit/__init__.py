"""`make audit`: everything that must hold before anybody trusts the contracts with money."""
