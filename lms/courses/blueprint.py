"""The blueprint of the pages around lessons; the modules beside this one put them on it."""

from flask import Blueprint

bp = Blueprint("courses", __name__)
