"""Whether raters could learn a condition from anything but the picture itself: `blindcheck`.

`crawl` sends marked participants through a launched study and writes down what their browser
receives; `observables` (pure) turns that into features; `testing` (pure) asks whether any of them
foretells a condition; `certificate` (pure) says it in words.
"""
