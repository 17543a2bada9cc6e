"""Help with the fee: its limits, official figures, what a firm pays, like offers; each with its source."""
