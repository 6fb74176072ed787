"""The blueprint of all operator pages; the modules beside this one put them on it."""

from flask import Blueprint

bp = Blueprint("admin", __name__)
