"""What a delivery means. Pure: values in, values out, no clock, no Redis, no HTTP."""
