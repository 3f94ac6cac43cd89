"""What is known of works: certificates, licenses, lineage, and whose picture a file is."""
