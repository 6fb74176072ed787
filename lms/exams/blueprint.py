"""The blueprint of the exam pages; the modules beside this one put them on it."""

from flask import Blueprint

bp = Blueprint("exams", __name__)
