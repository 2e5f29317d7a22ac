"""Paper: sealed PDF made from the same templates, translations and data as the pages."""
