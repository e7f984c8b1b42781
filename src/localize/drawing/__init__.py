"""Drawing: fonts, styles and safe areas, and where on a frame a line may stand."""
