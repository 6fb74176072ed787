"""What all pages share: layout, error pages, language, headers, static files, markup."""
