"""The numbers of record: what the report says, as figures. No sentences, no drawing, no HTML."""
