"""What platforms say in their own words, and what it means: one TOML file a platform."""
