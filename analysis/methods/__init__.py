"""The methods of the field: frames in, a result out. Nothing here knows the NHS, and nothing of `analysis` outside is imported."""
