"""The pages of journeys: the list, the canvas, who walks where, each member's path."""
