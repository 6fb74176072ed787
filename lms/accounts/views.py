"""Pages for signing in, and for one's own account."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext as _
from flask_login import current_user, logout_user

from lms.accounts import first_start, login, queries, services
from lms.accounts.errors import (
    TakenError,
    TooManyTriesError,
    WeakPasswordError,
    WrongOldPasswordError,
    WrongPasswordError,
)
from lms.accounts.forms import (
    ChangePasswordForm,
    ForgotForm,
    NewPasswordForm,
    ProfileForm,
    SetupForm,
    SignInForm,
)
from lms.accounts.login import me, this_sign_in
from lms.accounts.rules import Details
from lms.web import i18n
from lms.web.fields import shown_in, typed
from lms.web.urls import client_ip, safe_next

bp = Blueprint("accounts", __name__)

REFUSED = 422


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for name and password, and lead to the page that was asked for."""
    form = SignInForm(next=request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(safe_next(form.next.data))
    try:
        if form.validate_on_submit():
            with shown_in(form, {WrongPasswordError: ""}):
                person = services.check_password(
                    typed(form.login), typed(form.password), address=client_ip()
                )
                return login.begin(person, safe_next(form.next.data))
    except TooManyTriesError as error:
        headers = {"Retry-After": str(60 * int(str(error.context["minutes"])))}
        return render_template("accounts/too_many.html", error=error), error.status, headers
    return render_template("accounts/sign_in.html", form=form), REFUSED if form.errors else 200


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this sign-in; the browser forgets what it kept of our pages."""
    if current_user.is_authenticated:
        services.end_sign_in(this_sign_in().id, actor=me())
    logout_user()
    reply = redirect(url_for(".sign_in"))
    reply.headers["Clear-Site-Data"] = '"cache", "storage"'
    return reply


@bp.route("/forgot", methods=["GET", "POST"])
def forgot() -> ResponseReturnValue:
    """Have a reset link sent; the answer is the same, whoever asks for whomever."""
    form = ForgotForm()
    if form.validate_on_submit():
        services.ask_reset(typed(form.login), address=client_ip())
        return render_template("accounts/forgot_sent.html")
    return render_template("accounts/forgot.html", form=form), REFUSED if form.errors else 200


@bp.route("/link/<token>", methods=["GET", "POST"])
def use_link(token: str) -> ResponseReturnValue:
    """Set a password by an invitation or a reset link."""
    person = services.link_or_gone(token, address=client_ip())
    form = NewPasswordForm()
    if form.validate_on_submit():
        with shown_in(form, {WeakPasswordError: "password"}):
            person = services.use_link(token, typed(form.password), address=client_ip())
            reply = login.begin(person, url_for("start"))
            flash(_("Your password is set. Welcome!"), "success")
            return reply
    page = render_template("accounts/use_link.html", form=form, person=person)
    return page, REFUSED if form.errors else 200


@bp.route("/setup/<token>", methods=["GET", "POST"])
def setup(token: str) -> ResponseReturnValue:
    """Make the first administrator, on the first start."""
    services.setup_link_or_gone(token, address=client_ip())
    form = SetupForm(locale=i18n.language())
    if form.validate_on_submit():
        with shown_in(form, {WeakPasswordError: "password", TakenError: "login"}):
            details = Details(
                name=typed(form.name), login=typed(form.login), locale=typed(form.locale)
            )
            person = first_start.set_up(
                token,
                details,
                typed(form.password),
                organisation=typed(form.organisation),
                address=client_ip(),
            )
            reply = login.begin(person, url_for("start"))
            flash(_("The site is yours. Add the people who will learn here."), "success")
            return reply
    return render_template("accounts/setup.html", form=form), REFUSED if form.errors else 200


@bp.route("/account", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """Show the own account and change its language and Latin name."""
    form = ProfileForm(obj=me())
    if form.validate_on_submit():
        services.update_profile(me(), locale=typed(form.locale), latin_name=typed(form.latin_name))
        reply = redirect(url_for(".profile"))
        i18n.remember(reply, typed(form.locale))
        with force_locale(typed(form.locale)):
            flash(_("Your account was changed."), "success")
        return reply
    return _profile_page(form, ChangePasswordForm(formdata=None, prefix="password-"))


@bp.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Replace the own password."""
    form = ChangePasswordForm(prefix="password-")
    if form.validate_on_submit():
        with shown_in(form, {WeakPasswordError: "password", WrongOldPasswordError: "old"}):
            services.change_password(
                typed(form.old), typed(form.password), actor=this_sign_in(), address=client_ip()
            )
            flash(_("Your password was changed; other browsers were signed out."), "success")
            return redirect(url_for(".profile"))
    return _profile_page(ProfileForm(formdata=None, obj=me()), form)


@bp.post("/account/sign-ins/<int:sign_in_id>/end")
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """Sign one of the own browsers out."""
    services.end_sign_in(sign_in_id, actor=me())
    flash(_("That browser was signed out."), "success")
    return redirect(url_for(".profile"))


@bp.post("/account/sign-ins/end-others")
def end_other_sign_ins() -> ResponseReturnValue:
    """Sign all the own browsers out but this one."""
    services.end_sign_ins(me(), except_id=this_sign_in().id)
    flash(_("All other browsers were signed out."), "success")
    return redirect(url_for(".profile"))


def _profile_page(form: ProfileForm, password_form: ChangePasswordForm) -> ResponseReturnValue:
    page = render_template(
        "accounts/profile.html",
        form=form,
        password_form=password_form,
        sign_ins=queries.sign_ins_of(me()),
        this=this_sign_in(),
    )
    return page, REFUSED if form.errors or password_form.errors else 200
