"""Recording a license at the patent office: dates and the file set (REC-1, REC-2)."""
