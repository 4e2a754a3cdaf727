"""共享申请: asked, answered on the clock, delivered or refused, disputed and settled."""
