"""Work that takes longer than anybody waits: done beside the requests, by whichever process comes first."""
