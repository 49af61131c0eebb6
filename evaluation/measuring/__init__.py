"""Pictures of studies and of folders, scored and kept."""
