"""What a code means for sending a request again."""
