"""What leads and operators read: no person is named."""
