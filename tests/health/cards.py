"""This file holds the card that tests of documents begin with."""

CARD = """# What a healthy account looks like to us.
keepwell: 1
name: our-card
title: Our card
least_coverage: 50 %
bands:
  - {name: Green, from: 70, means: healthy}  # agreed with sales
  - {name: Red, from: 0, means: at risk}
health:
  - group: adoption
    weight: 3
    of:
      # Half of the licences is what renewing accounts use.
      - measure: seats_in_use
        table: usage
        take: distinct user
        window: 4 weeks
        per: seat
        weight: 2
        points: {worst: 0, best: 80 %}
        missing: carry 56 days
        indicator: leading
      - measure: key_features
        title: Key features
        table: usage
        where: feature in (export, report) and not product = Lab
        take: distinct feature
        window: 28 days
        weight: 1   # tried since March
        points: {steps: [{below: 1, points: 0}, {otherwise: 100}]}
        missing: skip
        indicator: leading
  - measure: our_view
    table: pulses
    take: latest pulse
    window: 90 days
    weight: 1
    points: {lookup: {green: 100, amber: 50, red: 0}}
    missing: neutral
    source: manual
    indicator: lagging
"""
