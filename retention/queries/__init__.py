"""What people look at: cases, counts, holds, certificates; and what a certificate file says when it is checked."""
