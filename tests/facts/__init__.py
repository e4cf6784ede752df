"""This room tests storage on small files, written for each rule."""
