"""The moderators' desk: who looks at what until when, what the evidence says, and how it is decided."""
