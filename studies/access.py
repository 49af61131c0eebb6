"""Who may see which study; every researcher's page asks here and nowhere else."""

from typing import cast

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from studies.models import Study


def visible_to(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Study]:
    """The user's own studies and those without an owner; all of them for a superuser."""
    if not user.is_authenticated:
        return Study.objects.none()
    if getattr(user, "is_superuser", False):
        return Study.objects.all()
    return Study.objects.filter(Q(owner=user.pk) | Q(owner=None))


def study_for(user: AbstractBaseUser | AnonymousUser, slug: str) -> Study:
    """The study called `slug`, or 404: whoever may not see it cannot tell that it exists."""
    study = visible_to(user).select_related("protocol").filter(slug=slug).first()
    if study is None:
        raise Http404("There is no such study, or it belongs to somebody else.")
    return study


def researcher(request: HttpRequest) -> User:
    """Who acts, in a view that only people with an account can reach."""
    return cast(User, request.user)
