"""What records become: pure functions from what one system states to what another one books."""
