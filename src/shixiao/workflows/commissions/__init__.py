"""第三方评估: commissions, from the letter of authority to the published result."""
