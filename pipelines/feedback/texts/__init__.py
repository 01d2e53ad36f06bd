"""Every sentence that students and teachers read, by audience and subject."""
