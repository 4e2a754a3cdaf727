"""Major decisions by Decree 713: drafts, consultations, votes, replies, hearings, decisions."""
