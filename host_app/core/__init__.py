"""The host app's decisions: no Kivy, no OpenCV, no network and no disk in here, so all of it is tested
without a window.
"""
