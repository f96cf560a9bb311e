"""Publications that still appear: one file a publication, beside it the readers of its layouts."""
