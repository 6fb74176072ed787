"""The blueprint of the practice pages; the modules beside this one put them on it."""

from flask import Blueprint

bp = Blueprint("practice", __name__)
