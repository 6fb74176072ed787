"""The one blueprint of the first pages."""

from flask import Blueprint

bp = Blueprint("desk", __name__)
