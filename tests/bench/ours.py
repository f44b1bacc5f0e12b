"""How our program is asked for a model: by its name in the catalogue, as users have it, with a state of its own."""

import os


def by_name(path, folder):
    """Returns the name of a model of the catalogue whose file this is, and an environment with the home `folder`.

    The models are linked into that home, so that nothing else of it is shared; where the system has no links, the home
    of the models is taken."""
    models = os.path.dirname(os.path.abspath(path))
    home = os.path.join(folder, "home")
    os.makedirs(home, exist_ok=True)
    try:
        os.symlink(models, os.path.join(home, "models"), target_is_directory=True)
    except FileExistsError:
        pass
    except OSError:
        home = os.path.dirname(models)
    return os.path.splitext(os.path.basename(path))[0], dict(os.environ, HOUSESTYLE_HOME=home)
