"""The one blueprint of all records pages."""

from flask import Blueprint

bp = Blueprint("records", __name__)
